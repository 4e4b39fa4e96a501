import { describe, expect, it } from "vitest";
import { useApi } from "./api-world.js";

interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly security?: unknown[];
  readonly parameters: readonly { readonly name: string; readonly in: string; readonly required: boolean }[];
  readonly requestBody?: unknown;
  readonly responses: Readonly<Record<string, { readonly description: string }>>;
}

interface Document {
  readonly openapi: string;
  readonly info: { readonly title: string; readonly version: string };
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

describe("OpenAPI document", () => {
  const current = useApi();

  async function read(): Promise<Document> {
    const { json } = await current.world.ask("GET", "/v1/openapi.json");
    return json as unknown as Document;
  }

  it("has every operation, and nothing else", async () => {
    const { openapi, paths } = await read();
    expect(openapi).toBe("3.1.0");
    const inDocument = Object.entries(paths).flatMap(([path, item]) =>
      Object.keys(item).map((method) => `${method.toUpperCase()} ${path}`),
    );
    const served = current.world.api.routes.map(({ method, path }) => `${method} ${path}`);
    expect(inDocument.toSorted()).toEqual(served.toSorted());
  });

  it("names each operation once, with its parameters, its answer and its problems", async () => {
    const { paths } = await read();
    const operations = Object.entries(paths).flatMap(([path, item]) =>
      Object.values(item).map((operation) => ({ path, operation })),
    );
    expect(new Set(operations.map(({ operation }) => operation.operationId)).size).toBe(operations.length);
    for (const { path, operation } of operations) {
      const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      const described = operation.parameters.filter(({ in: where }) => where === "path");
      expect(described.map(({ name }) => name)).toEqual(inPath);
      expect(described.every(({ required }) => required)).toBe(true);
      expect(operation.summary).not.toBe("");
      expect(Object.keys(operation.responses)).toHaveLength(2);
      expect(operation.responses["default"]?.description).toContain("bad-request");
    }
  });

  it("says which operations are public", async () => {
    const { paths } = await read();
    const isPublic = Object.values(paths).flatMap((item) =>
      Object.values(item)
        .filter(({ security }) => security?.length === 0)
        .map(({ operationId }) => operationId),
    );
    expect(isPublic.toSorted()).toEqual(["health", "openapi", "ready", "wxLogin"]);
  });
});
