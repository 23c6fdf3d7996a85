// A page of contacts, for the reference.
import * as z from "zod";
import { pageOf } from "../../platform/page";
import { example } from "../example";
import { sparse } from "../schema";

export const page = z.strictObject({
  ...pageOf(sparse).shape,
  events_cursor: z.string().optional().meta({ description: "On the first page: where the event log stood." }),
});
export const pageExample = { data: [example], page: { next_cursor: null, limit: 50 }, events_cursor: "WyJldmVudHMiLFsxXV0" };
