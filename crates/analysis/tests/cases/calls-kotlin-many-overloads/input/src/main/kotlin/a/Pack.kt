package a

fun <P0> pack(
    p0: P0? = null,
    strict: Boolean = false
): Int = 1

fun <P0, P1> pack(
    p0: P0? = null, p1: P1? = null,
    strict: Boolean = false
): Int = 2

fun <P0, P1, P2> pack(
    p0: P0? = null, p1: P1? = null, p2: P2? = null,
    strict: Boolean = false
): Int = 3

fun <P0, P1, P2, P3> pack(
    p0: P0? = null, p1: P1? = null, p2: P2? = null, p3: P3? = null,
    strict: Boolean = false
): Int = 4

fun <P0, P1, P2, P3, P4> pack(
    p0: P0? = null, p1: P1? = null, p2: P2? = null, p3: P3? = null, p4: P4? = null,
    strict: Boolean = false
): Int = 5

fun <P0, P1, P2, P3, P4, P5> pack(
    p0: P0? = null, p1: P1? = null, p2: P2? = null, p3: P3? = null, p4: P4? = null, p5: P5? = null,
    strict: Boolean = false
): Int = 6

fun <P0, P1, P2, P3, P4, P5, P6> pack(
    p0: P0? = null, p1: P1? = null, p2: P2? = null, p3: P3? = null, p4: P4? = null, p5: P5? = null, p6: P6? = null,
    strict: Boolean = false
): Int = 7

fun <P0, P1, P2, P3, P4, P5, P6, P7> pack(
    p0: P0? = null, p1: P1? = null, p2: P2? = null, p3: P3? = null, p4: P4? = null, p5: P5? = null, p6: P6? = null, p7: P7? = null,
    strict: Boolean = false
): Int = 8

fun single(): Int = 1
