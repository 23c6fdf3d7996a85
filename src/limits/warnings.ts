// Near its hour's limit: the admins are told at 80 % and at 100 %, each at most once a day for a key.
import { DAY } from "../platform/clock";
import { commit, systemCtx, type Plan } from "../platform/commit";
import type { Environment } from "../platform/context";
import { control, type Database } from "../platform/sql";
import { tokensIn, type Decision, type Policy } from "./bucket";
import type { KeyFacts } from "./store";

type Percent = 80 | 100;

export class Warnings {
  private told: Readonly<Partial<Record<Percent, number>>>;

  constructor(private readonly storage: SyncKvStorage) {
    this.told = storage.get<Partial<Record<Percent, number>>>("warned") ?? {};
  }

  /** What is to be told after this decision, and from then on counts as told. */
  due([hour]: readonly Policy[], { levels: [level], violated }: Decision, at: number): Percent | null {
    if (!hour || !level) return null;
    const percent = violated.includes("hour") ? 100 : tokensIn(hour, level) * 5 <= hour.capacity ? 80 : null;
    if (percent === null || at - (this.told[percent] ?? 0) < DAY) return null;
    this.told = { ...this.told, [percent]: at };
    this.storage.put("warned", this.told);
    return percent;
  }

  /** `at` is on the key's clock. */
  async tell(database: Database<"control">, { key, org, limits, aheadMs = 0 }: KeyFacts, percent: Percent, at: number): Promise<void> {
    await commit(systemCtx(org, at, at - aheadMs), database, async (): Promise<Plan<"control", never>> => {
      const row = await database.first<{ version: number; environment: Environment; location_id: string | null; name: string; last4: string }>(
        control("SELECT version, environment, location_id, name, last4 FROM keys WHERE id = ?", key),
      );
      if (!row) return { reply: { status: 200 }, writes: [], events: [] };
      return {
        reply: { status: 200 },
        writes: [],
        events: [
          {
            type: "key.limit_near", subject: key, version: row.version, environment: row.environment, location: row.location_id,
            data: { name: row.name, last4: row.last4, percent, hour: limits.hour }, notice: { severity: percent === 100 ? "warning" : "info" },
          },
        ],
      };
    }).catch((error: unknown) => {
      this.told = { ...this.told, [percent]: undefined };
      throw error;
    });
  }
}
