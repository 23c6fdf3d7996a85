// The pages for people: the reference, and one page per error code.
import { html } from "../platform/html";
import type { ProblemType } from "../platform/problem";
import { exampleOf } from "./refusals";

/** Everything from our own files: no request leaves for another host. */
export const CSP =
  "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; connect-src 'self'; object-src 'none'; base-uri 'self'; frame-ancestors 'none'";

export const referencePage = async (): Promise<string> =>
  String(
    await html`<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>ConnectKit Edge: API reference</title>
    <link rel="icon" href="/reference/icon.svg" />
  </head>
  <body>
    <div id="reference"></div>
    <noscript>This page needs JavaScript; the document itself is at <a href="/openapi.json">/openapi.json</a>.</noscript>
    <script src="/reference/scalar.js"></script>
    <script src="/reference/start.js"></script>
  </body>
</html>`,
  );

const frame = async (title: string, body: ReturnType<typeof html>): Promise<string> =>
  String(
    await html`<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>${title} · ConnectKit Edge</title>
    <link rel="icon" href="/reference/icon.svg" />
    <link rel="stylesheet" href="/reference/page.css" />
  </head>
  <body>
    <header><a href="/docs">ConnectKit Edge</a> <span>/</span> <a href="/errors">Errors</a></header>
    <main>${body}</main>
  </body>
</html>`,
  );

/** An operation; with a tag it stands in the reference. */
export interface Answering {
  readonly tag?: string;
  readonly method: string;
  readonly path: string;
}

export const errorPage = (type: ProblemType, origin: string, operations: readonly Answering[]): Promise<string> =>
  frame(
    type.code,
    html`<p class="status">${type.status}</p>
      <h1>${type.title}</h1>
      <p><code>${type.code}</code></p>
      <h2>Why</h2>
      <p>${prose(type.cause)}</p>
      <h2>What to do</h2>
      <p>${prose(type.cure)}</p>
      <h2>Example</h2>
      <pre><code>${JSON.stringify(exampleOf(type, origin), null, 2)}</code></pre>
      <h2>Operations that answer it</h2>
      <ul>
        ${operations.map(({ tag, method, path }) => {
          const named = html`<code>${method} ${path}</code>`;
          return html`<li>${tag ? html`<a href="/docs#tag/${tag.toLowerCase()}/${method}${path}">${named}</a>` : named}</li>`;
        })}
      </ul>`,
  );

export const errorsPage = (types: readonly ProblemType[]): Promise<string> =>
  frame(
    "Errors",
    html`<h1>Errors</h1>
      <p>Every refusal is a problem document (RFC 9457). Branch on its <code>code</code>; these are all of them.</p>
      <table>
        <thead>
          <tr>
            <th scope="col">Status</th>
            <th scope="col">Code</th>
            <th scope="col">Meaning</th>
          </tr>
        </thead>
        <tbody>
          ${types.map((type) => html`<tr><td>${type.status}</td><td><a href="/errors/${type.code}"><code>${type.code}</code></a></td><td>${type.title}</td></tr>`)}
        </tbody>
      </table>`,
  );

/** `code` in a sentence becomes code on the page; the sentence itself is escaped. */
const prose = (text: string) => html`${text.split(/`([^`]+)`/).map((part, i) => (i % 2 === 1 ? html`<code>${part}</code>` : part))}`;
