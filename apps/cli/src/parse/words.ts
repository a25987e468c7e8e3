/** `hardReboot` → `hard reboot`. */
export function inWords(camelCase: string): string {
  return camelCase.replaceAll(
    /([a-z0-9])([A-Z])/g,
    (_, before: string, after: string) => `${before} ${after.toLowerCase()}`,
  );
}

/** `hardReboot` → `hard-reboot`. */
export function inKebab(camelCase: string): string {
  return inWords(camelCase).replaceAll(' ', '-');
}

/** `hard-reboot` → `hardReboot`. */
export function inCamel(kebab: string): string {
  return kebab.replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
