import { writeFileSync } from 'node:fs'

// Writes the MIT License into each folder.
writeFileSync('LICENSE', 'MIT License')
