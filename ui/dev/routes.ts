/** Print the route table as JSON, for the tests and tools that visit every address: path, title, whether it is open to all. */
import { ROUTES } from '../src/routes/table.ts';

console.log(JSON.stringify(ROUTES.map(({ path, title, open = false }) => ({ path, title, open }))));
