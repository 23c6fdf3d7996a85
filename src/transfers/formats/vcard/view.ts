// The properties of one card by name, and what is left over of them.
import { exactly } from "./exact";
import { propertyOf, type Property } from "./line";
import { decoded, unescapeText } from "./text";

const MAX_EXTRAS = 50;

export class View {
  readonly properties: readonly Property[];
  /** The X-ABLabel of each group. */
  readonly labels: ReadonlyMap<string, Property>;
  readonly extras = new Map<string, string>();
  #named: ReadonlyMap<string, readonly Property[]>;

  constructor(lines: readonly string[]) {
    this.properties = lines.flatMap((line) => propertyOf(line) ?? []).map(decoded).filter(({ value }) => value.trim() !== "");
    this.#named = Map.groupBy(this.properties, ({ name }) => name);
    this.labels = new Map(this.all("X-ABLABEL").map((property) => [property.group ?? "", property]));
  }

  all(name: string): readonly Property[] {
    return this.#named.get(name) ?? [];
  }

  first(name: string): Property | undefined {
    return this.all(name)[0];
  }

  text(name: string): string | undefined {
    const first = this.first(name);
    return first && exactly(first, null).parts[0];
  }

  /** What can be read of each; the rest goes to the extras. */
  read<Item>(name: string, read: (property: Property) => Item | null): Item[] {
    return this.all(name).flatMap((property): Item[] => {
      const item = read(property);
      if (item === null) this.extra(property.name, unescapeText(property.value));
      return item === null ? [] : [item];
    });
  }

  extra(name: string, text: string): void {
    const key = name.toLowerCase().replaceAll("-", "_");
    const known = this.extras.get(key);
    if (known !== undefined) this.extras.set(key, `${known}\n${text}`);
    else if (this.extras.size < MAX_EXTRAS) this.extras.set(key, text);
  }
}
