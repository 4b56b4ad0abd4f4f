// Their tests, against the server at `SERVER`; the caller filters those about event streams.
import { runConformanceTests } from "@durable-streams/server-conformance-tests";

runConformanceTests({ baseUrl: process.env.SERVER });
