"use strict";
// AWS SDK for JavaScript, version 3: DynamoDB by its client and its document client, over HTTP and TLS.

const assert = require("node:assert/strict");
const { after, before, describe, test } = require("node:test");
const { DynamoDBClient, CreateTableCommand, waitUntilTableExists } = require("@aws-sdk/client-dynamodb");
const lib = require("@aws-sdk/lib-dynamodb");
const { Table, fresh } = require("../table.js");

for (const transport of ["http", "https"]) {
  describe(`DynamoDB over ${transport}`, () => {
    let table, db, docs;

    before(async () => {
      table = await Table.start({ tls: transport === "https" });
      db = new DynamoDBClient(table.config());
      docs = lib.DynamoDBDocumentClient.from(db);
    });

    after(async () => {
      assert.equal(await table.stop(), 0);
    });

    async function made() {
      const TableName = fresh("t");
      await db.send(new CreateTableCommand({
        TableName,
        AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }, { AttributeName: "sk", AttributeType: "N" }],
        KeySchema: [{ AttributeName: "id", KeyType: "HASH" }, { AttributeName: "sk", KeyType: "RANGE" }],
        BillingMode: "PAY_PER_REQUEST",
      }));
      await waitUntilTableExists({ client: db, maxWaitTime: 60 }, { TableName });
      return TableName;
    }

    test("documents go in and come out", async () => {
      const TableName = await made();
      const Item = {
        id: "a", sk: 1, list: [1, "two", { three: 3.5 }], yes: true, none: null, names: new Set(["x", "y"]),
        bytes: new Uint8Array([0, 255]),
      };
      await docs.send(new lib.PutCommand({ TableName, Item }));
      const got = await docs.send(new lib.GetCommand({ TableName, Key: { id: "a", sk: 1 }, ConsistentRead: true }));
      assert.deepEqual(got.Item, Item);
    });

    test("updates, queries, pages and batches", async () => {
      const TableName = await made();
      const put = (sk) => ({ PutRequest: { Item: { id: "p", sk, v: sk * sk } } });
      await docs.send(new lib.BatchWriteCommand({ RequestItems: { [TableName]: [...Array(25).keys()].map(put) } }));
      const updated = await docs.send(new lib.UpdateCommand({
        TableName, Key: { id: "p", sk: 3 }, UpdateExpression: "SET v = v + :one",
        ExpressionAttributeValues: { ":one": 1 }, ReturnValues: "UPDATED_NEW",
      }));
      assert.deepEqual(updated.Attributes, { v: 10 });
      const found = [];
      const pages = lib.paginateQuery({ client: docs, pageSize: 4 }, {
        TableName, KeyConditionExpression: "id = :p AND sk >= :ten", FilterExpression: "v < :max",
        ExpressionAttributeValues: { ":p": "p", ":ten": 10, ":max": 400 }, ScanIndexForward: false,
      });
      for await (const page of pages) found.push(...page.Items.map((i) => i.sk));
      assert.deepEqual(found, [19, 18, 17, 16, 15, 14, 13, 12, 11, 10]);
    });

    test("a transaction says why not", async () => {
      const TableName = await made();
      await docs.send(new lib.PutCommand({ TableName, Item: { id: "a", sk: 1, n: 1 } }));
      const transaction = new lib.TransactWriteCommand({ TransactItems: [
        { Put: { TableName, Item: { id: "b", sk: 1 } } },
        { ConditionCheck: {
          TableName, Key: { id: "a", sk: 1 }, ConditionExpression: "n = :n", ExpressionAttributeValues: { ":n": 2 },
          ReturnValuesOnConditionCheckFailure: "ALL_OLD",
        } },
      ] });
      await assert.rejects(docs.send(transaction), (e) => {
        assert.equal(e.name, "TransactionCanceledException");
        assert.deepEqual(e.CancellationReasons.map((r) => r.Code), ["None", "ConditionalCheckFailed"]);
        return true;
      });
      const got = await docs.send(new lib.GetCommand({ TableName, Key: { id: "b", sk: 1 } }));
      assert.equal(got.Item, undefined);
    });

    test("statements", async () => {
      const TableName = await made();
      await docs.send(new lib.ExecuteStatementCommand({
        Statement: `INSERT INTO "${TableName}" VALUE {'id': ?, 'sk': ?}`, Parameters: ["a", 7],
      }));
      const got = await docs.send(new lib.ExecuteStatementCommand({ Statement: `SELECT * FROM "${TableName}" WHERE id = 'a'` }));
      assert.deepEqual(got.Items, [{ id: "a", sk: 7 }]);
    });
  });
}
