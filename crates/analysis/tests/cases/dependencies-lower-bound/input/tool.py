import any
import bounded
import ranged
import zero

any.run(bounded, ranged, zero)
