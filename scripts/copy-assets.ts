// After tsc: copies what the product reads at run time and tsc does not know (*.sql, *.txt) from src/ to dist/.
import { copyFileSync, globSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';

const root = dirname(import.meta.dirname);
for (const path of globSync('**/*.{sql,txt}', { cwd: join(root, 'src') })) {
  const target = join(root, 'dist', path);
  mkdirSync(dirname(target), { recursive: true });
  copyFileSync(join(root, 'src', path), target);
}
