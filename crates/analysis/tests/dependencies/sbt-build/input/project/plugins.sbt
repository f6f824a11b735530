/* addSbtPlugin("org.no" % "no" % "1") */
addSbtPlugin("com.github.sbt" % "sbt-release" % "1.1.0")
