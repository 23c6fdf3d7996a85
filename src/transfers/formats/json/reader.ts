// JSON in: an array of objects, or the first array that an object has under a name that APIs give to their lists.
import { MAX_RECORD_CHARS } from "../limits";
import type { Reader } from "../reader";
import { Unreadable, type SourceRow } from "../source";
import { Elements } from "./elements";
import { Members } from "./members";
import { recordOf, tooLargeAt } from "./record";
import { listAt } from "./list";

export class JsonReader implements Reader {
  readonly delimiter = null;
  #members = new Members();
  #row = 0;
  #before: string | null = "";
  #elements = new Elements();
  #within = false;

  get columns(): readonly string[] {
    return this.#members.names;
  }

  feed(piece: string): readonly SourceRow[] {
    if (this.#before === null) return this.#rowsOf(piece);
    this.#before += piece;
    const list = listAt(this.#before);
    if (list === null) {
      if (this.#before.length > MAX_RECORD_CHARS) throw noList();
      return [];
    }
    const text = this.#before.slice(list.at);
    this.#within = list.within;
    this.#before = null;
    return this.#rowsOf(text);
  }

  end(): readonly SourceRow[] {
    if (this.#before !== null) throw noList();
    const after = this.#elements.end();
    if (after === null || !(this.#within ? isRestOfObject(after) : after.trim() === "")) throw moreThanOne();
    return [];
  }

  #rowsOf(text: string): readonly SourceRow[] {
    return this.#elements.feed(text).map((element) => {
      this.#row += 1;
      return this.#members.seenIn(element === null ? tooLargeAt(this.#row) : recordOf(this.#row, element));
    });
  }
}

const noList = (): Unreadable =>
  new Unreadable("no_list", 'The JSON has no list of contacts. It should be an array of objects, or an object with one under `data` or `contacts`: {"data": [{…}, {…}]}.');

function isRestOfObject(text: string): boolean {
  try {
    JSON.parse(`{"":0${text}`);
    return true;
  } catch {
    return false;
  }
}

const moreThanOne = (): Unreadable => new Unreadable("malformed_json", "After the list of contacts there is more than belongs to it. A file holds one JSON text; for several, send NDJSON: one object per line.");
