// After tsc: copies what the product reads at run time and tsc does not know to dist/: *.sql and *.txt from src/, and the bash grammar from its
// package, of which the product needs nothing else.
import { copyFileSync, globSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';

const root = dirname(import.meta.dirname);
for (const path of globSync('**/*.{sql,txt}', { cwd: join(root, 'src') })) {
  const target = join(root, 'dist', path);
  mkdirSync(dirname(target), { recursive: true });
  copyFileSync(join(root, 'src', path), target);
}
const grammar = 'tree-sitter-bash.wasm';
copyFileSync(join(root, 'node_modules', 'tree-sitter-bash', grammar), join(root, 'dist', 'detect', 'intent', grammar));
