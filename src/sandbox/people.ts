// People who are made up, the same ones for the same seed: nobody's names together, addresses at domains and phones in
// ranges that are kept for fiction.
import type { ContactPatch } from "../contacts/schema";

interface Country {
  readonly code: string;
  readonly language: string;
  readonly first: string;
  readonly last: string;
  readonly street: (name: string, number: number) => string;
  readonly streets: readonly string[];
  /** City, postal code, time zone. */
  readonly cities: readonly (readonly [string, string, string])[];
  /** Of 0 to 94, in a range that the regulator keeps for films and books. */
  readonly phone: (n: number) => string;
}

const two = (n: number): string => String(n).padStart(2, "0");

const COUNTRIES: readonly Country[] = [
  {
    code: "US", language: "en-US",
    first: "James Mary Robert Linda Michael Emma David Olivia Carlos Grace Daniel Ruby Henry Nora Samuel Zoe Victor Alice Oscar Ivy",
    last: "Walker Hayes Brooks Reed Coleman Bennett Foster Griffin Palmer Sutton Marsh Holloway Pierce Whitaker Delgado Okafor Lindqvist Nakamura Castillo Byrne",
    street: (name, number) => `${number} ${name}`,
    streets: ["Maple Avenue", "Harbor Street", "Cedar Lane", "Union Square", "Lincoln Road"],
    cities: [["New York", "10001", "America/New_York"], ["Austin", "78701", "America/Chicago"], ["Denver", "80202", "America/Denver"], ["Seattle", "98101", "America/Los_Angeles"]],
    phone: (n) => `+1 ${["202", "312", "415", "718"][n % 4]} 555 01${two(n)}`,
  },
  {
    code: "GB", language: "en-GB",
    first: "Oliver Amelia George Isla Harry Freya Arthur Poppy Leo Maisie Alfie Imogen Rory Beatrice Callum Harriet Priya Kwame Aoife Rhys",
    last: "Ashworth Bramley Carrington Dunmore Ellery Fairfax Gilmour Hargreaves Ingram Kingsley Lockwood Merriweather Northcott Pemberton Radcliffe Sinclair Thorne Underhill Vickers Whitlock",
    street: (name, number) => `${number} ${name}`,
    streets: ["Mill Lane", "Queensway", "Station Road", "Church Hill", "Wharf Street"],
    cities: [["London", "EC1A 1BB", "Europe/London"], ["Leeds", "LS1 4AP", "Europe/London"], ["Bristol", "BS1 5TR", "Europe/London"], ["Glasgow", "G2 1DY", "Europe/London"]],
    phone: (n) => `+44 20 7946 0${two(n)}${n % 10}`,
  },
  {
    code: "DE", language: "de",
    first: "Anna Lukas Lena Jonas Mia Felix Clara Paul Greta Emil Frieda Anton Johanna Moritz Yusuf Elif Tobias Svenja Jürgen Käthe",
    last: "Ahrens Brandt Dietrich Engelhardt Fischer Großmann Hartwig Jansen Kühn Lindner Möller Neumann Overbeck Petersen Reinhardt Schäfer Thiele Ullrich Vogt Zimmermann",
    street: (name, number) => `${name} ${number}`,
    streets: ["Lindenstraße", "Am Hafen", "Gartenweg", "Bergallee", "Marktplatz"],
    cities: [["Berlin", "10115", "Europe/Berlin"], ["Hamburg", "20095", "Europe/Berlin"], ["Köln", "50667", "Europe/Berlin"], ["München", "80331", "Europe/Berlin"]],
    phone: (n) => `+49 30 23125 0${two(n)}`,
  },
  {
    code: "FR", language: "fr",
    first: "Camille Louis Chloé Hugo Inès Jules Léa Gabriel Manon Théo Zoé Raphaël Élodie Bastien Amina Noé Margaux Étienne Solène Karim",
    last: "Arnaud Bellamy Chevalier Delacroix Étiévant Fontaine Garnier Hérault Joubert Lacombe Marchand Noël Perrin Quentin Roussel Sabatier Tessier Vasseur Wagner Delorme",
    street: (name, number) => `${number} ${name}`,
    streets: ["rue des Lilas", "avenue Foch", "quai du Port", "place du Marché", "rue Victor-Hugo"],
    cities: [["Paris", "75001", "Europe/Paris"], ["Lyon", "69001", "Europe/Paris"], ["Nantes", "44000", "Europe/Paris"], ["Lille", "59000", "Europe/Paris"]],
    phone: (n) => `+33 1 99 00 ${two(n)} ${two(94 - n)}`,
  },
  {
    code: "SE", language: "sv",
    first: "Astrid Erik Saga Lars Elsa Nils Freja Axel Maja Oskar Signe Björn Linnéa Gustav Åsa Elin Sven Tuva Amir Märta",
    last: "Andersson Bergström Claesson Dahlberg Ekström Forsberg Gustafsson Holmgren Isaksson Jönsson Klingberg Lundqvist Malmström Nyberg Öberg Palmgren Rosén Sjögren Törnqvist Åkerlund",
    street: (name, number) => `${name} ${number}`,
    streets: ["Storgatan", "Kungsvägen", "Björkallén", "Hamngatan", "Skolgatan"],
    cities: [["Stockholm", "111 20", "Europe/Stockholm"], ["Göteborg", "411 03", "Europe/Stockholm"], ["Malmö", "211 20", "Europe/Stockholm"], ["Uppsala", "753 10", "Europe/Stockholm"]],
    phone: (n) => `+46 70 174 06 ${two(5 + n)}`,
  },
];

const COMPANIES = "Acorn Beacon Cobalt Drift Ember Fathom Granite Harbour Indigo Juniper Keystone Lantern Meridian Northwind Orchard Pebble Quarry Ridgeline Saltmarsh Tidewater".split(" ");
const TRADES = ["Analytics", "Foods", "Logistics", "Media", "Partners", "Robotics", "Studio", "Textiles", "Travel", "Works"];
const JOBS = ["Account Manager", "Buyer", "CFO", "Designer", "Engineer", "Founder", "Head of Sales", "Office Manager", "Product Manager", "Support Lead"];
const TAGS = ["customer", "lead", "newsletter", "partner", "vip"];

/** Numbers from 0 up to 1 that look like chance and follow from the seed (mulberry32). */
function chance(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  };
}

const MAX_OF_SEED = 1_000;

/** The first `count` people of a seed. What identifies each is of this seed and this place in it alone. */
export const people = (seed: number, count: number): ContactPatch[] => Array.from({ length: count }, (_, i) => personOf(seed * MAX_OF_SEED + i));

function personOf(number: number): ContactPatch {
  const next = chance(number);
  const pick = <T>(of: readonly T[]): T => {
    const one = of[Math.floor(next() * of.length)];
    if (one === undefined) throw new Error("nothing to pick from");
    return one;
  };
  const country = pick(COUNTRIES);
  const [first, last] = [pick(country.first.split(" ")), pick(country.last.split(" "))];
  const [city, postal, timezone] = pick(country.cities);
  const company = `${pick(COMPANIES)} ${pick(TRADES)}`;
  const own = number.toString(36);
  const name = `${ascii(first)}.${ascii(last)}.${own}`;
  const often = (share: number): boolean => next() < share;
  return {
    first_name: first,
    last_name: last,
    ...(often(0.8) ? { company, job_title: pick(JOBS) } : {}),
    emails: [
      { value: `${name}@${ascii(company)}.example`, label: "work" },
      ...(often(0.2) ? [{ value: `${name}@example.com`, label: "home" }] : []),
    ],
    ...(often(0.7) ? { phones: [{ value: country.phone(Math.floor(next() * 95)), label: "work" }] } : {}),
    ...(often(0.6) ? { addresses: [{ label: "work", line1: country.street(pick(country.streets), 1 + Math.floor(next() * 120)), city, postal_code: postal, country: country.code }] } : {}),
    ...(often(0.3) ? { birthday: `${1950 + Math.floor(next() * 55)}-${two(1 + Math.floor(next() * 12))}-${two(1 + Math.floor(next() * 28))}` } : {}),
    language: country.language,
    timezone,
    ...(often(0.2) ? { external_ids: { crm: own } } : {}),
    tags: TAGS.filter(() => often(0.2)),
  };
}

const ascii = (text: string): string =>
  text.toLowerCase().replaceAll("ß", "ss").normalize("NFKD").replaceAll(/[^a-z]/g, "");
