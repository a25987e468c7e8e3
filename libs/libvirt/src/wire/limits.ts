/** Most bytes of one string. */
export const STRING_MAX = 4_194_304;
/** A packet is at least its length word and header, … */
export const PACKET_MIN = 28;
/** … and at most this long, its length word included. */
export const PACKET_MAX = 33_554_432 + 4;
/** Most payload of one stream packet that every daemon takes. */
export const STREAM_DATA_MAX = 262_120;
