// What `docs/transfers.md` says of columns is what the code's tables say.
import { expect, it } from "vitest";
import { PRESET_NAMES } from "../src/transfers/columns/presets/presets";
import { targetOf } from "../src/transfers/columns/targets";
import { coverage, targets, unplaced } from "./coverage";

const [docs = ""] = Object.values(import.meta.glob<string>("../docs/transfers.md", { query: "?raw", import: "default", eager: true }));

it("the tables of targets, of coverage and of what has no place are those of the code", () => {
  expect(docs).toContain(targets());
  expect(docs).toContain(coverage());
  expect(docs).toContain(unplaced());
});

it("the example of a mapping is one, and every preset is described", () => {
  const example: unknown = JSON.parse(/```json\n(\{"Nombre".*)\n```/.exec(docs)?.[1] ?? "null");
  const names = Object.values(example ?? {});
  expect(names.length).toBeGreaterThan(8);
  expect(names.filter((name) => name !== null && targetOf(String(name)) === null)).toEqual([]);
  expect(PRESET_NAMES.filter((name) => !docs.includes(`| \`${name}\` |`))).toEqual([]);
});
