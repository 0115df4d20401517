// Decodes AMR, the voice format of phones, which browsers cannot play. It runs in a worker because
// three seconds of sound take half a second to decode. Once started, the decoder handles the
// worker's messages by itself.
import startDecoder from 'benz-amr-recorder/src/amrnb.js'

startDecoder()
