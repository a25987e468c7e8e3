/** Which body of a procedure a codec was working on. */
export type BodyKind = 'args' | 'result' | 'message' | 'error' | 'header';

/**
 * A value that the protocol cannot carry (when encoding) or bytes that are not what the protocol says (when decoding).
 * It names the place and the rule, never the value: bodies may hold secrets.
 */
export class LibvirtCodecError extends Error {
  override readonly name = 'LibvirtCodecError';
  readonly code = 'LIBVIRT_CODEC';
  /** Procedure and body, for example `domain_get_state args`. */
  readonly procedure: string;
  /** The field, with its record where it has one: `xml`, `Domain.uuid`. */
  readonly field: string;
  /** Offset of the field in the packet, in bytes. */
  readonly offset: number;

  constructor(procedure: string, field: string, offset: number, expected: string) {
    super(`${procedure}: field ${field} (byte ${offset}): ${expected}`);
    this.procedure = procedure;
    this.field = field;
    this.offset = offset;
  }
}
