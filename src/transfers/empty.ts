// All files of a space gone at once: of a sandbox that is emptied.
import type { Env } from "../env";
import type { Space } from "../platform/context";

const PER_LIST = 1_000;
const LISTS = 10;

/** Deletes the objects of imports and exports, up to a bound; answers whether none is left. */
export async function emptyFiles({ FILES }: Pick<Env, "FILES">, { id }: Pick<Space, "id">): Promise<boolean> {
  for (const prefix of [`imports/${id}/`, `exports/${id}/`]) {
    for (let i = 0, truncated = true; truncated; i += 1) {
      if (i === LISTS) return false;
      const page = await FILES.list({ prefix, limit: PER_LIST });
      if (page.objects.length > 0) await FILES.delete(page.objects.map(({ key }) => key));
      ({ truncated } = page);
    }
  }
  return true;
}
