try:
    import fast
    HAS = True
except ImportError:
    HAS = False
import legacy  # @UnusedImport
import gone
