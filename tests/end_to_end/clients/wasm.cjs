// Asks a DuckDB file one question and prints version and rows as JSON, through the WebAssembly build that runs in browsers.
const fs = require('fs');
const path = require('path');

const entry = require.resolve('@duckdb/duckdb-wasm/dist/duckdb-node-blocking.cjs');
const duckdb = require(entry);
const bundle = (name) => ({mainModule: path.join(path.dirname(entry), name), mainWorker: ''});

(async () => {
  const bundles = {mvp: bundle('duckdb-mvp.wasm'), eh: bundle('duckdb-eh.wasm')};
  const database = await duckdb.createDuckDB(bundles, new duckdb.VoidLogger(), duckdb.NODE_RUNTIME);
  await database.instantiate(() => {});
  // A browser has no file system: the file is handed over as bytes.
  database.registerFileBuffer('unwind.duckdb', new Uint8Array(fs.readFileSync(process.argv[2])));
  database.open({path: 'unwind.duckdb', accessMode: duckdb.DuckDBAccessMode.READ_ONLY});
  const connection = database.connect();
  const rows = (query) => connection.query(query).toArray().map((row) => Object.values(row.toJSON()));
  const [[version]] = rows('select version()');
  console.log(JSON.stringify([version, rows(process.argv[3])]));
})().catch((error) => {
  console.error(String(error));
  process.exit(1);
});
