/**
 * A program: reads everything in a process of its own: a torn file does not make LMDB fail, it kills the process (a page beyond
 * the end of the file is a bus error). Then writes what the next session would write first, beside each row of a channel
 * its next and its oldest publication, and takes it back: a page that can be read may still kill who writes to it.
 */
export const READER: string = `
const [lmdb, path, mayWrite] = process.argv.slice(1);
const { ABORT, open } = await import(lmdb);
const openStore = (readOnly) => open({ path, readOnly, ...FILE_OPTIONS });
const openTable = (env, name) => env.openDB({ name, encoding: "binary", keyEncoding: "binary" });
const env = openStore(true);
const keys = [...env.getKeys()];
const names = keys.filter((name) => TABLES.includes(name));
for (const word of keys) if (!names.includes(word)) env.get(word);
if (env.get("version") === undefined) throw new Error("no version in it");
for (const name of names) {
  let last;
  for (const { key, value } of openTable(env, name).getRange({ snapshot: true })) {
    if (last !== undefined && Buffer.compare(last, key) >= 0) throw new Error("table " + name + ": keys out of order");
    if (!(value.length >= 0)) throw new Error("table " + name + ": a key without a value");
    last = key;
  }
}
await env.close();
if (mayWrite === "yes") {
  const trial = openStore(false);
  const log = openTable(trial, "log");
  const logKey = (id, offset) => {
    const key = Buffer.alloc(12);
    key.writeUIntBE(id, 0, 6);
    key.writeUIntBE(offset, 6, 6);
    return key;
  };
  for (const name of names.filter((each) => each !== "log")) {
    const table = openTable(trial, name);
    const tryBatch = (batch) => trial.transactionSync(() => {
      for (const { key, value } of batch) {
        table.put(key, value);
        if (name !== "rows" || value.length < 36) continue;
        const [id, offset, first] = [4, 12, 28].map((at) => value.readDoubleLE(at));
        if (![id, offset, first].every((number) => Number.isInteger(number) && number >= 0 && number < 2 ** 47)) continue;
        log.put(logKey(id, offset + 1), value);
        log.remove(logKey(id, first));
      }
      return ABORT;
    });
    let batch = [];
    for (const entry of table.getRange({ snapshot: true })) {
      batch.push(entry);
      if (batch.length < 5000) continue;
      tryBatch(batch);
      batch = [];
    }
    tryBatch(batch);
  }
}
process.exit(0);
`;
