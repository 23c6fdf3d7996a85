// The Worker that a cold start is compared with: Hono and one route.
import { Hono } from "hono";

const app = new Hono();
app.get("/v1/ping", (c) => c.text("pong"));

export default app;
