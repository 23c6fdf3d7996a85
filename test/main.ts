// The Worker that the tests run: the product, whose Workflow also knows the kinds of job that are there for tests.
import { driverOf } from "../src/jobs/driver";
import { standing } from "../src/keys/standing";
import { kinds } from "../src/kinds";
import { mark } from "./marking";

export * from "../src/index";
export { default } from "../src/index";
export const JobDriver = driverOf({ kinds: [...kinds, mark], may: standing });
