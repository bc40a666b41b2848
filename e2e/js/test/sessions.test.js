"use strict";
// A library that nobody here wrote, and the tests that its authors wrote: sessions of web servers in DynamoDB
// (connect-dynamodb), run by the runner that they chose, against a server of its own.

const assert = require("node:assert/strict");
const { spawn } = require("node:child_process");
const { once } = require("node:events");
const path = require("node:path");
const { test } = require("node:test");
const { REGION, Table } = require("../table.js");

test("connect-dynamodb passes its own tests", async () => {
  const table = await Table.start();
  const suite = path.join(path.dirname(require.resolve("connect-dynamodb")), "test", "test.js");
  const words = [require.resolve("mocha/bin/mocha.js"), "--timeout", "30000", "--reporter", "json", suite];
  const env = {
    PATH: process.env.PATH, AWS_REGION: REGION, AWS_ACCESS_KEY_ID: "test", AWS_SECRET_ACCESS_KEY: "test",
    ENDPOINT: table.url,
  };
  const child = spawn(process.execPath, words, { cwd: table.folder, env, stdio: ["ignore", "pipe", "inherit"] });
  let text = "";
  child.stdout.on("data", (piece) => { text += piece; });
  const [code] = await once(child, "close");
  const told = JSON.parse(text.slice(text.indexOf("{")));
  assert.deepEqual(told.failures.map((f) => `${f.fullTitle}: ${f.err.message}`), []);
  assert.ok(told.stats.passes >= 14, `${told.stats.passes} passed`);
  assert.equal(code, 0);
  assert.equal(await table.stop(), 0);
});
