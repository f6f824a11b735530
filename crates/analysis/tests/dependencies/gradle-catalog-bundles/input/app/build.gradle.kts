plugins {
    alias(libs.plugins.kotlin.jvm)
    id("org.springframework.boot") version "3.2.4"
    id("application")
    kotlin("plugin.serialization") version "1.9.23" apply false
}
dependencies {
    implementation(libs.bundles.ktor)
    implementation(platform(libs.spring.bom))
    implementation(project(":core"))
    testImplementation(libs.junit.jupiter)
    testImplementation(group = "org.assertj", name = "assertj-core", version = "3.25.3")
    // implementation("org.example:commented:1.0")
    runtimeOnly("org.postgresql:postgresql:42.7.3@jar")
}
