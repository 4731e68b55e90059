// Use the generated client against a live portal, and print what it answers. Compiled in strict mode: what the
// description says wrongly of an answer is an error of the compiler.

import createClient from "openapi-fetch";
import type { components, paths } from "./schema.js";

declare const process: { argv: string[] };
declare const console: { log(text: string): void };

const client = createClient<paths>({ baseUrl: process.argv[2] ?? "" });

function present<T>(value: T | undefined): T {
  if (value === undefined) throw new Error("The portal answered nothing.");
  return value;
}

async function titles(): Promise<string[]> {
  const { data } = await client.GET("/api/v1/commitments/", {
    params: {
      query: { lead: ["ilo", "iom"], status: ["in_progress", "planning"], fields: ["title", "lead.code"], ordering: ["-title", "reference"] },
    },
  });
  const rows: components["schemas"]["CommitmentRow"][] = present(data).results;
  return rows.map((row) => `${row.title} (${row.lead?.code})`);
}

async function row(reference: string): Promise<string> {
  const { data } = await client.GET("/api/v1/commitments/{reference}/", { params: { path: { reference } } });
  const reports: components["schemas"]["ReportBody"][] = present(data?.reports);
  return `${data?.title}: ${reports.map((report) => report.achieved).join(", ")}`;
}

async function walk(): Promise<string[]> {
  const found: string[] = [];
  let cursor: string | null = "*";
  while (cursor !== null) {
    const page: components["schemas"]["PaginatedCommitmentRowList"] = present(
      (await client.GET("/api/v1/commitments/", { params: { query: { cursor, page_size: 2 } } })).data,
    );
    found.push(...page.results.map((each) => present(each.title)));
    cursor = page.next && new URL(page.next).searchParams.get("cursor");
  }
  return found;
}

async function refusal(): Promise<unknown> {
  const { error } = await client.GET("/api/v1/commitments/", { params: { query: { lead: ["imo"] } } });
  const problem: components["schemas"]["Problem"] = present(error);
  return [problem.status, problem.errors?.map((fault) => [fault.parameter, fault.nearest])];
}

async function table(): Promise<string> {
  const query = { format: "csv", fields: ["title"] } as const;
  const { data } = await client.GET("/api/v1/commitments/", { params: { query: { ...query, fields: [...query.fields] } }, parseAs: "text" });
  return present(data);
}

async function total(): Promise<number> {
  return present((await client.GET("/api/v1/summary/matrix/")).data?.total);
}

console.log(
  JSON.stringify({
    titles: await titles(),
    row: await row(process.argv[3] ?? ""),
    walk: await walk(),
    refusal: await refusal(),
    table: await table(),
    total: await total(),
  }),
);
