import type { EffectContext, Vif } from '@chronovirt/contract';

/** A temporary name that no other run of any operation uses; whoever finds an older one may remove it. */
export function temporaryName(file: string, { mark, incarnation }: EffectContext): string {
  return `.${file}.${mark.epoch}-${mark.op}-${incarnation}`;
}

/** Whether a temporary file is of this run. */
export function isOwnTemporary(name: string, context: EffectContext): boolean {
  return name.endsWith(temporaryName('', context).slice(1));
}

export const isTemporary = (name: string): boolean => name.startsWith('.');

/** Name of the tap of an interface: as given, or made from the port's id; a device name has at most 15 characters. */
export function tapOf(vif: Vif): string {
  return vif.devname ?? `tap${vif.id.slice(0, 11)}`;
}
