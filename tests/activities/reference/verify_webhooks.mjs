// Verifies messages with the reference library of Standard Webhooks. Arguments: the folder that holds node_modules, and
// a file of messages: [{"secret", "headers", "body", "valid"}]. Prints "verified <count>", or what is wrong.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";

const [folder, messages] = process.argv.slice(2);
const { Webhook } = createRequire(folder + "/")("standardwebhooks");
let checked = 0;
for (const message of JSON.parse(readFileSync(messages, "utf8"))) {
  let valid = true;
  try {
    new Webhook(message.secret).verify(message.body, message.headers);
  } catch {
    valid = false;
  }
  if (valid !== message.valid) {
    console.log(`message ${checked}: expected ${message.valid}, the library says ${valid}`);
    process.exit(1);
  }
  ++checked;
}
console.log(`verified ${checked}`);
