import { Decoder, Encoder, type Packet, PacketType } from 'socket.io-parser'
import { JsonText } from '../json-text.ts'

/** socket.io's own parser, but acknowledgements that are JSON text already are put into the packet as they stand. */
class RawEncoder extends Encoder {
  override encode(packet: Packet): ReturnType<Encoder['encode']> {
    const data: unknown = packet.data
    const [first, ...others]: readonly unknown[] = Array.isArray(data) ? data : []
    if (packet.type !== PacketType.ACK || others.length > 0 || !(first instanceof JsonText)) return super.encode(packet)
    return [`${packet.type}${packet.nsp === '/' ? '' : `${packet.nsp},`}${packet.id}[${first.text}]`]
  }
}

export const rawParser = { Encoder: RawEncoder, Decoder }
