"use strict";
// AWS SDK for JavaScript, version 2, from before SQS spoke JSON: all three services by query.

process.env.AWS_SDK_JS_SUPPRESS_MAINTENANCE_MODE_MESSAGE = "1";

const assert = require("node:assert/strict");
const { after, before, describe, test } = require("node:test");
const AWS = require("aws-sdk");
const { ACCOUNT, REGION, Table, fresh } = require("../table.js");

for (const transport of ["http", "https"]) {
  describe(`by query over ${transport}`, () => {
    let table, sts, iam, sqs;

    const config = (key = "test", secret = "test") => ({
      endpoint: table.url, region: REGION, maxRetries: 0, accessKeyId: key, secretAccessKey: secret,
      httpOptions: { agent: table.agent },
    });

    before(async () => {
      table = await Table.start({ tls: transport === "https" });
      sts = new AWS.STS(config());
      iam = new AWS.IAM(config());
      sqs = new AWS.SQS(config());
    });

    after(async () => {
      assert.equal(await table.stop(), 0);
    });

    const refused = (promise, code, status) =>
      assert.rejects(promise, (e) => {
        assert.deepEqual([e.code, e.statusCode], [code, status], e.message);
        return true;
      });

    test("SQS speaks query here", () => {
      assert.equal(sqs.api.protocol, "query");
    });

    test("root is root, and a wrong secret is nobody", async () => {
      assert.equal((await sts.getCallerIdentity().promise()).Arn, `arn:aws:iam::${ACCOUNT}:root`);
      const wrong = new AWS.STS(config("test", "wrong"));
      await refused(wrong.getCallerIdentity().promise(), "SignatureDoesNotMatch", 403);
    });

    test("a user may do what its policy says", async () => {
      const UserName = fresh("user");
      await iam.createUser({ UserName }).promise();
      const { AccessKey } = await iam.createAccessKey({ UserName }).promise();
      const { QueueUrl } = await sqs.createQueue({ QueueName: fresh("q") }).promise();
      const asUser = new AWS.SQS(config(AccessKey.AccessKeyId, AccessKey.SecretAccessKey));
      await refused(asUser.receiveMessage({ QueueUrl }).promise(), "AccessDenied", 403);
      const Statement = [{ Effect: "Allow", Action: "sqs:ReceiveMessage", Resource: "*" }];
      const PolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement });
      await iam.putUserPolicy({ UserName, PolicyName: "p", PolicyDocument }).promise();
      await asUser.receiveMessage({ QueueUrl }).promise();
    });

    test("messages with attributes, batches and deletion", async () => {
      const { QueueUrl } = await sqs.createQueue({ QueueName: fresh("q"), Attributes: { VisibilityTimeout: "5" } }).promise();
      const MessageAttributes = { n: { DataType: "Number", StringValue: "1" } };
      const Entries = ["a", "b"].map((Id) => ({ Id, MessageBody: `${Id}\r\n"'<&>`, MessageAttributes }));
      const sent = await sqs.sendMessageBatch({ QueueUrl, Entries }).promise();
      assert.deepEqual(sent.Successful.map((s) => s.Id), ["a", "b"]);
      const ask = { QueueUrl, MaxNumberOfMessages: 10, AttributeNames: ["All"], MessageAttributeNames: ["n"] };
      const { Messages } = await sqs.receiveMessage(ask).promise();
      assert.deepEqual(Messages.map((m) => m.Body).sort(), ["a\r\n\"'<&>", "b\r\n\"'<&>"]);
      assert.equal(Messages[0].MessageAttributes.n.StringValue, "1");
      for (const { ReceiptHandle } of Messages) await sqs.deleteMessage({ QueueUrl, ReceiptHandle }).promise();
      await table.advance("6s");
      assert.equal((await sqs.receiveMessage(ask).promise()).Messages, undefined);
    });

    test("errors have the codes that query gives them", async () => {
      await refused(sqs.getQueueUrl({ QueueName: fresh("none") }).promise(), "AWS.SimpleQueueService.NonExistentQueue", 400);
      await refused(iam.getUser({ UserName: fresh("none") }).promise(), "NoSuchEntity", 404);
    });
  });
}
