// Numbers and yes or no as people write them.
import { fold } from "../../../platform/fold";

export const DECIMALS = ["auto", ".", ","] as const;
/** Which sign stands before the fraction. */
export type Decimal = (typeof DECIMALS)[number];

/** What a spreadsheet makes of a long number when it saves it: its digits are lost. */
export const isMangled = (text: string): boolean => /^\s*[+-]?\d(?:[.,]\d+)?E\+\d{2,3}\s*$/i.test(text);

/** `1,234.5`, `1.234,5`, `1 234,5`, `1'234.5`, `€ 12`, `12 %` (12), `(5)` (-5). Null: no number. */
export function numberOf(text: string, decimal: Decimal): number | null {
  const plain = text.trim();
  if (/^[+-]?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/i.test(plain) && (decimal !== "," || !plain.includes("."))) return Number(plain);
  const bare = plain.replaceAll(/[\s\u{a0}\u{202f}'’_]|\p{Sc}|%$|^(?:EUR|USD|GBP|CHF)|(?:EUR|USD|GBP|CHF)$/gu, "");
  const [, open, sign, digits, close] = /^(\()?([+-]?)(\d[\d.,]*|[.,]\d+)(\))?$/.exec(bare) ?? [];
  if (digits === undefined || (open === undefined) !== (close === undefined)) return null;
  const value = Number(pointed(digits, decimal));
  if (Number.isNaN(value)) return null;
  return sign === "-" || open !== undefined ? -value : value;
}

/** With a point before the fraction and nothing between thousands; what is no such number comes out as none. */
function pointed(digits: string, decimal: Decimal): string {
  const fraction = decimal === "auto" ? fractionSign(digits) : decimal;
  const thousands = fraction === "," ? "." : ",";
  const [whole = "", ...rest] = digits.split(fraction);
  const grouped = whole.split(thousands);
  const holds = rest.length <= 1 && !rest.join("").includes(thousands) && grouped.every((part, i) => i === 0 || part.length === 3 || part.length === 2);
  return holds ? `${grouped.join("") || "0"}.${rest[0] || "0"}` : "none";
}

/** The later of two signs; one that stands several times parts thousands, as does a comma before exactly three digits. */
function fractionSign(digits: string): "." | "," {
  const [point, comma] = [digits.lastIndexOf("."), digits.lastIndexOf(",")];
  if (point >= 0 && comma >= 0) return point > comma ? "." : ",";
  if (comma < 0) return digits.indexOf(".") === point ? "." : ",";
  return digits.indexOf(",") === comma && digits.length - comma !== 4 ? "," : ".";
}

const YES = "1 true yes y t on x ✓ ✔ checked si s ja j oui o vrai sim verdadero verdadeiro wahr vero waar";
const NO = "0 false no n f off unchecked nein non faux nao falso falsch onwaar nee";
const WORDS: ReadonlyMap<string, boolean> = new Map([...YES.split(" ").map((word): [string, boolean] => [word, true]), ...NO.split(" ").map((word): [string, boolean] => [word, false])]);

/** Yes or no in seven languages; null: neither. */
export const booleanOf = (text: string): boolean | null => WORDS.get(fold(text)) ?? null;
