import io.kotest.core.spec.style.StringSpec

class HSpec : StringSpec({})
