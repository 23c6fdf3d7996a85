// Pages as tagged templates: what is interpolated is escaped.
export { html } from "hono/html";
