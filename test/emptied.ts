// Before a file that is alone: what the files before it left is gone, in every database, store and object.
import { reset } from "cloudflare:test";

await reset();
