/** What a guest reads of itself from its config drive. It holds secrets, as a real one does: it is never logged or observed. */
import type { ArgsOf, Instance } from '@chronovirt/contract';

export interface ConfigDrive {
  readonly hostname: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly keyData: string | null;
  readonly userData: string | null;
  readonly adminPassword: string | null;
  readonly injectedFiles: ArgsOf<'spawn'>['injectedFiles'];
}

/** The content of a config drive. */
export function configDriveOf(
  { hostname, metadata, keyData, userData }: Instance,
  adminPassword: string | null,
  injectedFiles: ArgsOf<'spawn'>['injectedFiles'],
): string {
  return JSON.stringify({ hostname, metadata, keyData, userData, adminPassword, injectedFiles } satisfies ConfigDrive);
}
