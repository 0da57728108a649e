// True in development and in the gallery build only; in production the gallery and its texts are dropped from the bundle.
declare const __KITCHEN__: boolean;
