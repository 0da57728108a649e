// What tells keys apart when two people compare them: the id and the key itself, without the name of whose it is.
export const idOfKey = (vkey: string) => vkey.split('+').slice(1).join('+');
