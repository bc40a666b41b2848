"use strict";
// A Tabletop process for tests: starts the binary on a free port and reads what it exports. Not a test.

const { spawn } = require("node:child_process");
const { once } = require("node:events");
const crypto = require("node:crypto");
const fs = require("node:fs");
const http = require("node:http");
const https = require("node:https");
const os = require("node:os");
const path = require("node:path");
const readline = require("node:readline");

const ACCOUNT = "000000000000";
const REGION = "us-east-1";

function binary() {
  const target = process.env.CARGO_TARGET_DIR || path.join(__dirname, "..", "..", "target");
  return process.env.TABLETOP_BIN || path.join(target, "debug", "tabletop");
}

/** A name that no other test uses. */
function fresh(prefix) {
  return `${prefix}-${crypto.randomBytes(6).toString("hex")}`;
}

class Table {
  /** Starts a server in memory and answers it once it listens. */
  static async start({ tls = false } = {}) {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "tabletop-js-"));
    const words = ["--port", "0", "--ephemeral", ...(tls ? ["--tls"] : [])];
    const kept = Object.entries(process.env).filter(([name]) => !/^(TABLETOP|AWS)_/.test(name));
    const child = spawn(binary(), words, { cwd: folder, env: Object.fromEntries(kept), stdio: ["ignore", "pipe", "inherit"] });
    const table = new Table();
    Object.assign(table, { child, folder, tls, exports: {} });
    const last = tls ? "AWS_CA_BUNDLE" : "AWS_DEFAULT_REGION";
    const lines = readline.createInterface({ input: child.stdout });
    await new Promise((resolve, reject) => {
      child.once("error", reject);
      child.once("exit", (code) => reject(new Error(`the server did not start: exit code ${code}`)));
      lines.on("line", (line) => {
        if (!line.startsWith("export ")) return;
        for (const pair of line.slice(7).split(" ")) {
          const at = pair.indexOf("=");
          table.exports[pair.slice(0, at)] = pair.slice(at + 1).replace(/^'|'$/g, "");
        }
        if (table.exports[last]) resolve();
      });
    });
    table.url = table.exports.AWS_ENDPOINT_URL;
    table.ca = tls ? fs.readFileSync(table.exports.AWS_CA_BUNDLE, "utf8") : undefined;
    table.agent = tls ? new https.Agent({ ca: table.ca, keepAlive: true }) : new http.Agent({ keepAlive: true });
    return table;
  }

  /** Settings of a client of the SDK's third version. */
  config(key = "test", secret = "test", token = undefined, more = {}) {
    return {
      endpoint: this.url,
      region: REGION,
      maxAttempts: 1,
      credentials: { accessKeyId: key, secretAccessKey: secret, sessionToken: token },
      requestHandler: this.tls ? { httpsAgent: this.agent } : { httpAgent: this.agent },
      ...more,
    };
  }

  /** A call of the admin API that must succeed. */
  async admin(method, name, body) {
    const client = this.tls ? https : http;
    const request = client.request(`${this.url}/_tabletop/${name}`, {
      method, agent: this.agent, headers: { "content-type": "application/json" },
    });
    request.end(body === undefined ? undefined : JSON.stringify(body));
    const [response] = await once(request, "response");
    let text = "";
    for await (const piece of response) text += piece;
    if (response.statusCode !== 200) throw new Error(`${response.statusCode}: ${text}`);
    return JSON.parse(text);
  }

  /** Moves the virtual clock; answers when all that fell due has happened. */
  advance(by) {
    return this.admin("POST", "clock/advance", { by });
  }

  /** Stops it gracefully and answers its exit code. */
  async stop() {
    this.agent.destroy();
    this.child.removeAllListeners("exit");
    const gone = once(this.child, "exit");
    this.child.kill("SIGTERM");
    const [code] = await gone;
    fs.rmSync(this.folder, { recursive: true });
    return code;
  }
}

module.exports = { ACCOUNT, REGION, Table, fresh };
