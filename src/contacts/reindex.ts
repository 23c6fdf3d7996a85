// Contacts whose index rows are of an older form are brought up to the present one: after a deployment, by upkeep. The
// contact itself stays as it is, so there is no version and no event.
import { registryOf } from "../fields/registry";
import { commit, systemCtx } from "../platform/commit";
import type { Space } from "../platform/context";
import { newId } from "../platform/id";
import { data, type Databases } from "../platform/sql";
import { insertTags } from "../tags/store";
import { tagKey } from "../tags/tags";
import { FORM, facetsOf, foldedOf, searchTextOf } from "./indexes";
import { documentOf } from "./render";
import * as store from "./store";

interface OldRow extends store.ContactRow {
  space_id: number;
}

/** One slice; answers how many. */
export async function reindex(db: Databases, now: number, limit: number): Promise<number> {
  const rows = await db.data.all<OldRow>(
    data(`SELECT space_id, ${store.COLUMNS} FROM contacts INDEXED BY contacts_of_old_form WHERE form < ${FORM} ORDER BY rid LIMIT ?`, limit),
  );
  for (const space of new Set(rows.map(({ space_id }) => space_id))) await ofSpace(db, now, space, rows.filter(({ space_id }) => space_id === space));
  return rows.length;
}

/** The number is all that index rows know of a space. */
const spaceNumbered = (id: number): Space => ({ id, location: "", environment: "live", defaultCountry: "" });

async function ofSpace(db: Databases, now: number, number: number, rows: readonly OldRow[]): Promise<void> {
  const space = spaceNumbered(number);
  const { fields } = await registryOf({ db, space }, true);
  const made = rows.map((row) => {
    const was = documentOf(row);
    const doc = { ...was, tags: [...new Set(was.tags.flatMap((tag) => tagKey(tag) ?? []))] };
    const folded = foldedOf(doc, fields);
    return { row, doc, folded, live: row.archived_at === null };
  });
  const live = made.filter((one) => one.live);
  const tags = [...new Set(made.flatMap(({ doc }) => doc.tags))];
  const written = made.map(({ row, doc, folded }) => ({ ...row, doc: JSON.stringify(doc), folded: JSON.stringify(folded), search_text: searchTextOf(number, folded), form: FORM }));
  await commit({ ...systemCtx("", now) }, db.data, async () => ({
    reply: { status: 204 },
    guards: [store.atVersions(rows)],
    writes: [
      ...insertTags(space, tags.map((key) => ({ id: newId("tag", now), key, label: key, version: 1, created_at: now, updated_at: now, removing: null })), true),
      ...store.updateContacts(space, written),
      ...store.insertFacets(space, live.map(({ row, doc }) => ({ id: row.id, items: facetsOf(doc, fields) }))),
      ...store.insertTexts(live.map(({ row }) => row.id)),
    ],
    events: [],
  }));
}
