// Media types by the ending of the name: what the server admits, and what browsers leave empty for some of them.
export const fileTypes: Readonly<Record<string, string>> = {
  pdf: 'application/pdf',
  csv: 'text/csv',
  txt: 'text/plain',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  zip: 'application/zip',
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  json: 'application/json',
  eml: 'message/rfc822',
};

// The types an answer's files may have, as people call them; a profile that names none takes all.
export function mediaNames(media: readonly string[]): string[] {
  const types = media.length > 0 ? media : [...new Set(Object.values(fileTypes))];
  return types.map(
    (type) =>
      Object.keys(fileTypes)
        .find((ending) => fileTypes[ending] === type)
        ?.toUpperCase() ?? type,
  );
}
