// What is said where entries are asked for that are in segments, not in the database.

export function archivedText(archived: number): string {
  return `sallyport: entries up to ${archived} are archived and not here: \`sallyport verify SEGMENT… LOG\` takes their segments and this together`;
}
