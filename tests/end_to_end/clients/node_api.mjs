// Asks a DuckDB file one question and prints version and rows as JSON, through DuckDB's own client for Node.
import {DuckDBInstance} from '@duckdb/node-api';

const instance = await DuckDBInstance.create(process.argv[2], {access_mode: 'READ_ONLY'});
const connection = await instance.connect();
const rows = async (query) => (await connection.runAndReadAll(query)).getRowsJson();
const [[version]] = await rows('select version()');
console.log(JSON.stringify([version, await rows(process.argv[3])]));
