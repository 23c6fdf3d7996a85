// Prints the OpenAPI document, for whatever reads it without a server: linters, generators of clients.
import { openapi } from "../src/reference/openapi";
import { routes as reference } from "../src/reference/routes";
import { routes } from "../src/routes";

const [origin = "https://connectkit.example"] = process.argv.slice(2);
process.stdout.write(JSON.stringify(openapi([...routes, ...reference(routes)], origin)));
