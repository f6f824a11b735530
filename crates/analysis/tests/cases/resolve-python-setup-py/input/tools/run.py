import helper
import core.util
