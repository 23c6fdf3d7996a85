// Whether a request comes from a page of ours, so that a cookie that it bears may count.

const SAFE = new Set(["GET", "HEAD", "OPTIONS"]);

/**
 * By what a browser says and a page can't forge: `Origin` (RFC 6454) and `Sec-Fetch-Site` (Fetch Metadata). Whatever
 * names another origin is foreign; what may change something must name ours.
 */
export function isSameOrigin({ method, headers }: Pick<Request, "method" | "headers">, origin: string): boolean {
  const [from, site] = [headers.get("Origin"), headers.get("Sec-Fetch-Site")];
  if (from !== null && from !== origin) return false;
  if (site === "cross-site" || site === "same-site") return false;
  return SAFE.has(method) || from === origin || site === "same-origin";
}
