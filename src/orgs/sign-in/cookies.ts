// The cookies of a request, read once and one way: what we go by is what the library goes by, whatever else was sent.
const PREFIX = "connectkit.";
const SECURE = `__Secure-${PREFIX}`;

/** Our cookies as this origin sets them, the first of each name; others, and those of the other scheme, are left out. */
export function cookiesFor(origin: string, header: string | null): Map<string, string> {
  const prefix = origin.startsWith("https:") ? SECURE : PREFIX;
  const cookies = new Map<string, string>();
  for (const pair of (header ?? "").split(";")) {
    const at = pair.indexOf("=");
    const name = pair.slice(0, Math.max(0, at)).trim();
    if (name.startsWith(prefix) && !cookies.has(name.slice(prefix.length))) cookies.set(name.slice(prefix.length), pair.slice(at + 1).trim());
  }
  return cookies;
}

/** The headers of a request with these cookies alone. */
export function withOurs(origin: string, headers: Headers): Headers {
  const prefix = origin.startsWith("https:") ? SECURE : PREFIX;
  const clean = new Headers(headers);
  const cookies = [...cookiesFor(origin, headers.get("Cookie"))].map(([name, value]) => `${prefix}${name}=${value}`);
  if (cookies.length > 0) clean.set("Cookie", cookies.join("; "));
  else clean.delete("Cookie");
  return clean;
}
