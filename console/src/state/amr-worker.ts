// AMR is what phones record and browsers cannot play. Decoded here, beside the page: three
// seconds of it take half a second.
// The decoder answers the worker's messages by itself once it has been called.
import startDecoder from 'benz-amr-recorder/src/amrnb.js'

startDecoder()
