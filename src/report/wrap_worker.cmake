# cmake -DOUTPUT=out.js -DLICENSE=LICENSE -DLIBRARY=dagre.min.js -DSOURCE=graph_layout.js -P wrap_worker.cmake
# Writes a script that defines the function accLayoutScope(). Called, it gives layoutGraph(); its text is what a worker
# runs, because a page from the file system cannot load a worker from a file.
file(READ "${LICENSE}" license)
file(READ "${LIBRARY}" library)
file(READ "${SOURCE}" source)
file(WRITE "${OUTPUT}" "/* With dagre, under this licence:\n\n${license}*/\nfunction accLayoutScope() {\n")
file(APPEND "${OUTPUT}" "${library}")
file(APPEND "${OUTPUT}" "\n${source}")
file(APPEND "${OUTPUT}" "return layoutGraph;\n}\n")
