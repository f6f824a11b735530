from app.b import x
import app.c
