// Interactions of other systems: each is here once per `(source, source_id)`, however often it is told, and its contact is
// found or made in the same transaction.
import { rfc3339 } from "../platform/clock";
import { commit } from "../platform/commit";
import { etag } from "../platform/conditions";
import type { DataCtx, SpaceCtx } from "../platform/context";
import type { Reply } from "../platform/endpoint";
import type { EventDraft } from "../platform/events";
import { newId } from "../platform/id";
import { notFound } from "../platform/problems";
import { interaction, type InteractionInput, type InteractionJson } from "./schema";
import * as store from "./store";
import { whose } from "./whose";

type Row = store.Of<store.InteractionRow>;

/** 201 when it is new; 200 with the first one, brought up to what is told now, when it is not: its contact stays whoever it is. */
export const record = (ctx: SpaceCtx, input: InteractionInput): Promise<Reply<InteractionJson>> =>
  commit(ctx, ctx.db.data, async (attempt) => {
    const before = await store.readBySource(ctx, input.source, input.source_id);
    if (before) return toldAgain(ctx, before, input);
    const { contact, guards, writes, events } = await whose(ctx, input.contact, attempt > 0);
    const { source, source_id, type, subject, body = null, url = null, at = ctx.now } = input;
    const row: Row = { id: newId("activity", ctx.now), contact, contact_rid: 0, version: 1, source, source_id, type, subject, body, url, at, created_at: ctx.now, updated_at: ctx.now };
    return {
      reply: { status: 201, headers: { ETag: etag(1), Location: `/v1/interactions/${row.id}` }, body: interactionJson(row) },
      guards,
      writes: [...writes, store.insertInteraction(ctx.space, contact, row)],
      events: [...events, eventOf(ctx, "interaction.created", row)],
    };
  });

/** What is left out stays as it is. */
function toldAgain(ctx: SpaceCtx, before: Row, { type, subject, body = before.body, url = before.url, at = before.at }: InteractionInput) {
  const told = { type, subject, body, url, at };
  if (type === before.type && subject === before.subject && body === before.body && url === before.url && at === before.at) return { reply: replyOf(before), writes: [], events: [] };
  const row: Row = { ...before, ...told, version: before.version + 1, updated_at: ctx.now };
  return {
    reply: replyOf(row),
    guards: [store.interactionAtVersion(before)],
    writes: [store.updateInteraction(ctx.space, row)],
    events: [eventOf(ctx, "interaction.updated", row)],
  };
}

export async function read(ctx: DataCtx, id: string): Promise<Reply<InteractionJson>> {
  const row = await store.readInteraction(ctx, id);
  if (!row) throw notFound("No such interaction.");
  return replyOf(row);
}

const replyOf = (row: Row): Reply<InteractionJson> => ({ status: 200, headers: { ETag: etag(row.version) }, body: interactionJson(row) });

const TYPES = interaction.shape.type.options;

export const interactionJson = ({ id, contact, version, source, source_id, type, subject, body, url, at, created_at, updated_at }: Row): InteractionJson => ({
  id, contact, version, source, source_id, type: TYPES.find((one) => one === type) ?? "custom", subject, body, url,
  at: rfc3339(at), created_at: rfc3339(created_at), updated_at: rfc3339(updated_at),
});

const eventOf = ({ space }: Pick<DataCtx, "space">, type: string, { id, version, contact, source, source_id, type: kind }: Row): EventDraft => ({
  type, subject: id, version, data: { contact, source, source_id, type: kind }, location: space.location, environment: space.environment, space: space.id,
});
