/** A line by which one may call; `dials`: numbers outside that begin with one of `prefixes`. */
export interface DialLine { id: string; name: string; driver: string; dials: boolean; location: boolean; prefixes: string[]; region: string }

/** A way of telephoning that the house has; see the API's `DriverView`. */
export interface Driver {
  name: string; desk: boolean; runs: boolean; dials: boolean; records: boolean; listens: boolean; takes_messages: boolean; lines: string[];
}

/** Where somebody's telephone rings at a driver; `desk`: it is the desk itself. */
export interface PersonPhone { driver: string; desk: boolean; address: string; lines: string[] }
export interface PersonPhones { user_id: string; phones: PersonPhone[] }

/** A number that is not called, of which the list itself knows the country and the last digits. */
export interface Refused { id: string; shown: string; why: 'asked' | 'complaint' | 'register'; at: string; added_by: string | null }
