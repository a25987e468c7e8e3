/** The generated pages of this library, with the places where they lie in the repository. */
import { fileURLToPath } from 'node:url';
import { drawHost } from './host-svg.ts';
import { hostsPage } from './hosts-page.ts';
import { lifePage } from './life-page.ts';
import { drawLife } from './life-svg.ts';
import { migrationPage } from './migration-page.ts';
import { drawMigration } from './migration-svg.ts';

const reference = new URL('../../../docs/reference/', import.meta.url);

const at = (name: string): string => fileURLToPath(new URL(name, reference));

export function pages(): { readonly path: string; readonly content: string }[] {
  return [
    { path: at('life.svg'), content: drawLife() },
    { path: at('life.md'), content: lifePage() },
    { path: at('host.svg'), content: drawHost() },
    { path: at('hosts.md'), content: hostsPage() },
    { path: at('migration.svg'), content: drawMigration() },
    { path: at('migration.md'), content: migrationPage() },
  ];
}
